/** Calls to the service: JSON in, JSON out, two kinds of failure. */

import { root } from "./addresses.js";

/** The service answered and said no; body is problem+json where it sent some. */
export class Problem extends Error {
  constructor(status, body) {
    super(body?.detail || body?.title || `${status}`);
    this.status = status;
    this.code = body?.code ?? "";
    this.request = body?.request_id ?? "";
  }

  /** Whether the same call may succeed later. */
  get passing() {
    return this.status >= 500 || this.status === 429 || this.status === 408;
  }
}

/** The service did not answer. */
export class Unreachable extends Error {}

/** Call the service; json and form are the body, seconds the patience. */
export async function call(path, { method = "GET", json, form, signal, seconds = 15 } = {}) {
  const patience = AbortSignal.timeout(seconds * 1000);
  const request = { method, signal: signal ? AbortSignal.any([signal, patience]) : patience };
  if (json !== undefined) {
    request.body = JSON.stringify(json);
    request.headers = { "content-type": "application/json" };
  } else if (form) request.body = form;
  let response;
  try {
    response = await fetch(root + path, request);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Unreachable(error.message);
  }
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new Problem(response.status, body);
  return body;
}
