/**
 * What a command prints under --json, shortened, by the words that call it: the end of its help. A
 * command that says it in its own help stands not here.
 */
const FORMS: Readonly<Record<string, string>> = {
  up: '"network":{"version":1,"chainId":31337,"rpcUrl":"http://127.0.0.1:8545",…}',
  down: '"stopped":true',
  'record list': '"records":["alice"]',
  'record cancel': '"transaction":"0x…"',
  'record revoke':
    '"recordId":"0x…","agreed":true,"paidBack":"4750000000000000000","transaction":"0x…"',
  'record sweep': '"amount":"4750000000000000000","to":"0x…","transaction":"0x…"',
  'record explain': '"claims":[{"claim":"hba1c",…}],…',
  'record export':
    '"records":2,"resources":430,"files":["tables/observation.csv","tables/card.json"]',
  'wallet backup': '"file":"wallet.backup","keys":5,"records":1,"sales":1',
  'wallet restore': '"keys":5,"records":1,"sales":1,"replaced":"…/wallet.replaced-1f00ab34"',
  'deal check':
    '"files":[{"file":"a.json","matches":true,"failed":[],"score":85}],"matches":1,"escrow":"5000000000000000000",…',
  'deal list': '"deals":[{"deal":"0x…","state":"Active","records":0,…}]',
  'deal pause': '"deal":"0x…","change":"pause","transaction":"0x…","gas":51234',
  'deal resume': '"deal":"0x…","change":"resume","transaction":"0x…","gas":51234',
  'deal close': '"deal":"0x…","change":"close","transaction":"0x…","gas":51234',
  'deal expire': '"deal":"0x…","change":"expire","transaction":"0x…","gas":51234',
  'deal refund': '"deal":"0x…","change":"refund","transaction":"0x…","gas":51234',
  'consumer claim':
    '"recordId":"0x…","transaction":"0x…","answerBy":1900000000,"bond":"2142857142857142855"',
  'issuer info': '"did":"did:ambrosia:…","statusPeriodSec":2',
  'issuer issue':
    '"name":"alice","form":"safe-harbor","claims":34,"digests":2285,"statusIndex":4711,"removed":25513',
  'issuer revoke': '"revoked":4711',
  'issuer serve': '"url":"http://127.0.0.1:4100","issuers":{"/vc/bbs-2023":"did:key:…"}',
  'oracle list':
    '"oracles":[{"operator":"0x…","status":"Active","ready":true,"endpoint":"http://127.0.0.1:4301","commissionBps":500}]',
  'relay settle':
    '"settled":[{"recordId":"0x…","net":"4750000000000000000"}],"refused":[{"index":1,"code":"RecordTagUsed","message":"…","hint":"…"}],"gas":191585,"transaction":"0x…"',
  'keys create': '"name":"bob","account":"0x…","holder":"did:key:…","deliveryKey":"0x…"',
  'keys list': '"keys":["account.bob","encryption.bob","holder.bob"]',
  'did create': '"did":"did:ambrosia:…","transaction":"0x…","gas":151000',
  'did deactivate': '"transaction":"0x…"',
  'did key': '"did":"did:key:…","document":{"id":"did:key:…",…}',
  'did fixtures': '"files":["fixtures/did-key.json"]',
  'did resolve': '"didDocument":{"id":"did:ambrosia:…",…},"didDocumentMetadata":{…}',
  deidentify: '"read":430,"written":412,"removed":25513,…',
  synth: '"patients":1,"resources":2285,"files":["sample/patient-00000.json"]',
  'machine witness': '"step":17,"witness":{…},"after":{…},"stateHash":"0x…","nextStateHash":"0x…"',
  'machine trace': '"steps":[{"step":0,"pc":65536,"instruction":"addi sp, sp, -16",…}]',
}

/** The line that a command's help ends with. */
export function jsonHelp(words: string): string {
  const form = FORMS[words]
  return form === undefined
    ? 'With --json: one object, version 1, as the last line of standard output.'
    : `With --json: {"version":1,"ok":true,${form}}`
}
