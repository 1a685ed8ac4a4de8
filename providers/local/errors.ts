/** Every error of the data plane to ours: the one place that knows Node's codes. */
import type { Owner } from '../../src/model/owner.ts'
import { CloudError } from '../../src/provider/cloud-error.ts'
import { BindError } from './balancer/data-plane.ts'
import { LOW_PORT_REMEDY } from './refusals.ts'

/** Whether an error of ours says that another program has the socket. */
export function isAddressInUse(error: unknown): boolean {
  return error instanceof CloudError && error.cause instanceof BindError && error.cause.code === 'EADDRINUSE'
}

/** The owner that asked for the socket is at fault; what is not a BindError may have happened or not. */
export function cloudErrorOf(error: unknown, { uid }: Owner): CloudError {
  if (error instanceof CloudError) return error
  if (!(error instanceof BindError)) {
    return new CloudError('unclear', {
      reason: 'CloudUnavailable',
      publicMessage: 'the local balancer failed in an unexpected way; its log says more',
      cause: error,
    })
  }
  return isExhausted(error) ? exhausted(error) : refused(error, uid)
}

const EXHAUSTED = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM'])

function isExhausted({ code }: BindError): boolean {
  return EXHAUSTED.has(code)
}

function exhausted(error: BindError): CloudError {
  return new CloudError('later', {
    reason: 'LimitReached',
    publicMessage: `${socketOf(error)} cannot be bound: this process has too many open files or sockets (${error.code}); raise the limit (ulimit -n)`,
    blames: [],
    afterMs: 30_000,
    cause: error,
  })
}

function refused(error: BindError, uid: string): CloudError {
  const { reason, message } = refusalOf(error)
  return new CloudError('refused', { reason, publicMessage: message, blames: [uid], pace: 'quick', cause: error })
}

function refusalOf(error: BindError): { readonly reason: 'Conflict' | 'Denied' | 'Invalid' | 'Refused'; readonly message: string } {
  const socket = socketOf(error)
  switch (error.code) {
    case 'EADDRINUSE':
      return { reason: 'Conflict', message: `${socket} is in use by another program on this machine; choose another address or port, or stop that program` }
    case 'EACCES':
    case 'EPERM':
      return { reason: 'Denied', message: `this process may not bind ${socket}. ${LOW_PORT_REMEDY}` }
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'EINVAL':
      return {
        reason: 'Invalid',
        message: `${socket} cannot be bound: the address is not this machine's. Add it to a network interface, or choose an address pool of this machine's own addresses`,
      }
    default:
      return { reason: 'Refused', message: `${socket} cannot be bound: ${error.code}` }
  }
}

function socketOf({ address, port }: BindError): string {
  return `${address}, port ${port}`
}
