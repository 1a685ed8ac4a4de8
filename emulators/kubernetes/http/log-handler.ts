/** Answers `pods/NAME/log`: what a container printed, and with `follow` what it prints until it or the client goes. */
import type { ServerResponse } from 'node:http'
import { badRequest } from '../api-error.ts'
import type { Resource } from '../registry.ts'
import { chosenLines, type LogOptions, lineText, readLogOptions } from './log-options.ts'
import { containerIn, isInitContainer, isOnNode, type LogOfPod, podAt, type PodLog } from './pod-access.ts'
import type { Route } from './route.ts'

export interface LogRequest {
  readonly route: Route
  readonly query: URLSearchParams
  readonly response: ServerResponse
  readonly now: Date
}

/** Throws an ApiError when it is refused. */
export function answerLog(resource: Resource, { route, query, response, now }: LogRequest, logOf: LogOfPod): void {
  const options = readLogOptions(query, route.name, now)
  const pod = podAt(resource, route)
  const container = containerIn(pod, query.get('container'))
  if (!isOnNode(pod)) {
    response.writeHead(204, { 'Cache-Control': 'no-cache, private' }).end()
    return
  }
  if (options.isPrevious) throw badRequest(`previous terminated container ${JSON.stringify(container)} in pod ${JSON.stringify(route.name)} not found`)
  const log = logOf(pod, container)
  if (log === undefined) {
    const why = isInitContainer(pod, container) ? 'not available' : 'waiting to start: ContainerCreating'
    throw badRequest(`container ${JSON.stringify(container)} in pod ${JSON.stringify(route.name)} is ${why}`)
  }
  response.writeHead(200, { 'Content-Type': 'text/plain', 'Cache-Control': 'no-cache, private' })
  writeLog(response, log, options)
}

/** What a client that does not read may leave waiting. */
const MOST_WAITING = 1024 * 1024

function writeLog(response: ServerResponse, log: PodLog, options: LogOptions): void {
  const take = taker(options.mostBytes)
  for (const line of chosenLines(log.lines, options)) response.write(take(lineText(line, options)))
  if (!options.isFollowed || take.isFull()) {
    response.end()
    return
  }
  // The client sees at once that there is an answer, also where no line has come yet.
  response.flushHeaders()
  const stop = log.follow({
    onLine(line) {
      response.write(take(lineText(line, options)))
      if (take.isFull()) response.end()
      else if (response.writableLength > MOST_WAITING) response.destroy()
    },
    onEnd: () => void response.end(),
  })
  response.on('close', stop)
}

interface Taker {
  (text: string): Buffer
  isFull(): boolean
}

/** Cuts what is more than so many bytes in all. */
function taker(most = Infinity): Taker {
  let left = most
  const take = (text: string): Buffer => {
    const bytes = Buffer.from(text).subarray(0, Math.min(left, Number.MAX_SAFE_INTEGER))
    left -= bytes.length
    return bytes
  }
  return Object.assign(take, { isFull: () => left === 0 })
}
