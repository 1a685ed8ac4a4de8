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
  const blames = [uid]
  const socket = `${error.address}, port ${error.port}`
  switch (error.code) {
    case 'EADDRINUSE':
      return new CloudError('refused', {
        reason: 'Conflict',
        publicMessage: `${socket} is in use by another program on this machine; choose another address or port, or stop that program`,
        blames,
        pace: 'quick',
        cause: error,
      })
    case 'EACCES':
    case 'EPERM':
      return new CloudError('refused', {
        reason: 'Denied',
        publicMessage: `this process may not bind ${socket}. ${LOW_PORT_REMEDY}`,
        blames,
        pace: 'quick',
        cause: error,
      })
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'EINVAL':
      return new CloudError('refused', {
        reason: 'Invalid',
        publicMessage: `${socket} cannot be bound: the address is not this machine's. Add it to a network interface, or choose an address pool of this machine's own addresses`,
        blames,
        pace: 'quick',
        cause: error,
      })
    case 'EMFILE':
    case 'ENFILE':
    case 'ENOBUFS':
    case 'ENOMEM':
      return new CloudError('later', {
        reason: 'LimitReached',
        publicMessage: `${socket} cannot be bound: this process has too many open files or sockets (${error.code}); raise the limit (ulimit -n)`,
        blames: [],
        afterMs: 30_000,
        cause: error,
      })
    default:
      return new CloudError('refused', { reason: 'Refused', publicMessage: `${socket} cannot be bound: ${error.code}`, blames, pace: 'quick', cause: error })
  }
}
