/** Browsers of the last years have X25519; this one also serves those before. */
export { DhkemX25519HkdfSha256 as Kem } from '@hpke/dhkem-x25519'
