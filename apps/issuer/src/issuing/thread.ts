// A thread that checks, cleans and signs one Bundle after the other: what it takes for a large one
// must not keep the service from answering.
import { once } from 'node:events'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { issuerRoutes } from '@ambrosia/api/issuer/routes'
import * as Bbs from '@ambrosia/credentials/Bbs'
import * as Contexts from '@ambrosia/credentials/Contexts'
import { facetsOf, nameOf } from '@ambrosia/exchange/counts/Counts'
import { toResources } from '@ambrosia/exchange/IssuedRecord'
import { issueRecord } from '@ambrosia/exchange/issue/issueRecord'
import * as ClaimProfile from '@ambrosia/health/ClaimProfile'
import type { Claims } from '@ambrosia/health/Claims'
import { fromUtf8, random, toHex } from '@ambrosia/primitives/Bytes'
import { AmbrosiaError, toPlain } from '@ambrosia/primitives/Errors'
import { hmacSha256, lengthPrefixed } from '@ambrosia/primitives/Hash'
import { promiseOf } from '@ambrosia/service/addRoutes'
import { personKeyOf } from '../subjectHandle.ts'
import type {
  Entry,
  FromThread,
  Issued,
  IssueRequest,
  ThreadSettings,
  ToThread,
} from './Issuing.ts'

const port = parentPort as MessagePort
const settings = workerData as ThreadSettings
const loader = Contexts.createLoader({
  claimNames: ClaimProfile.claimNames(ClaimProfile.AMBROSIA_CORE_2),
})
const assertPromised = promiseOf(issuerRoutes.issue)
await Bbs.ready()

for (;;) {
  const message = await next()
  if (message.kind !== 'issue') continue
  try {
    const issued = await issue(message.request, message.nowMs)
    tell({ kind: 'issued', issued }, [issued.body.buffer as ArrayBuffer])
  } catch (error) {
    tell({ kind: 'failed', ...toPlain(error), isOurs: error instanceof AmbrosiaError })
  }
}

async function issue(request: IssueRequest, nowMs: number): Promise<Issued> {
  const { bundle, form, holder } = request
  const { personSecret, did, bbs, validForSec } = settings
  const requestDigest = toHex(
    hmacSha256(
      personSecret,
      lengthPrefixed([fromUtf8('request'), fromUtf8(form), fromUtf8(holder), bundle]),
    ),
  )
  tell({
    kind: 'identity',
    identity: { personKey: personKeyOf(personSecret, bundle), requestDigest },
  })
  const { subjectHandle, credentialStatus } = await entry()
  const { report, ...issuance } = await issueRecord({
    bundle,
    form,
    holder,
    issuer: did,
    key: bbs,
    subjectHandle,
    credentialStatus,
    validForSec,
    now: new Date(nowMs),
    randomBytes: random,
    loader,
  })
  const statusIndex = Number(credentialStatus['statusListIndex'])
  const answer = { ...issuance, statusIndex, ...(report ? { report } : {}) }
  assertPromised(answer)
  const { claimCount, digestCount } = issuance
  const { credentialSubject } = issuance.record.credential as { credentialSubject: Claims }
  return {
    body: fromUtf8(JSON.stringify(answer)),
    claimCount,
    digestCount,
    facets: facetsOf(credentialSubject, toResources(issuance.record.resources)).map(nameOf),
  }
}

async function entry(): Promise<Entry> {
  const message = await next()
  if (message.kind !== 'entry') throw new Error('an entry was expected')
  return message.entry
}

async function next(): Promise<ToThread> {
  const [message] = (await once(port, 'message')) as [ToThread]
  return message
}

function tell(message: FromThread, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer)
}
