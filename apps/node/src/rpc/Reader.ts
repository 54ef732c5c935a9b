/**
 * Every answer of JSON-RPC passes here, whoever asks: the seam at which a gateway decides who may
 * see what. The node's own Reader answers everything, and so its server listens on loopback only.
 */
export type Reader = {
  /** @throws RpcError */
  request(method: string, params: readonly unknown[]): Promise<unknown>
}
