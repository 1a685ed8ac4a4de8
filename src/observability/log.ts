/** Logs for people (text, on a terminal) and for machines (JSON, one object a line). */
import { pino } from 'pino'
import type { Fields, Log } from '../model/log.ts'
import { escaped } from '../model/text.ts'

export interface LogOptions {
  readonly format: 'json' | 'text'
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  /** Takes one line with its line feed. */
  readonly write: (line: string) => void
  readonly now: () => Date
}

export function createLog(options: LogOptions): Log {
  return options.format === 'json' ? jsonLog(options) : textLog(options)
}

function jsonLog({ level, write, now }: LogOptions): Log {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${now().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      messageKey: 'message',
    },
    { write },
  )
  return {
    debug: (message, fields) => logger.debug(plain(fields), message),
    info: (message, fields) => logger.info(plain(fields), message),
    warn: (message, fields) => logger.warn(plain(fields), message),
    error: (message, fields) => logger.error(plain(fields), message),
  }
}

const LEVELS = ['debug', 'info', 'warn', 'error'] as const

function textLog({ level, write, now }: LogOptions): Log {
  const log = (at: (typeof LEVELS)[number], message: string, fields: Fields = {}): void => {
    if (LEVELS.indexOf(at) < LEVELS.indexOf(level)) return
    const shown = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${fieldText(value)}`]))
    const mark = at === 'info' ? '' : `${at.toUpperCase()} `
    write(`${now().toISOString().slice(11, 19)} ${mark}${escaped([message, ...shown].join('  '))}\n`)
  }
  return {
    debug: (message, fields) => log('debug', message, fields),
    info: (message, fields) => log('info', message, fields),
    warn: (message, fields) => log('warn', message, fields),
    error: (message, fields) => log('error', message, fields),
  }
}

function fieldText(value: unknown): string {
  const fit = fieldOf(value)
  return typeof fit === 'string' ? fit : JSON.stringify(fit)
}

function plain(fields: Fields = {}): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, fieldOf(value)]))
}

/** The same value with a text for every error in it. */
function fieldOf(value: unknown): unknown {
  if (value instanceof Error) return errorText(value)
  if (Array.isArray(value)) return value.map(fieldOf)
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype ? plain(value as Fields) : value
}

/** An error with its causes. Properties are left out: some clients hang whole requests, credentials included, on their errors. */
function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? `${error.name}: ${error.message}` : `${error.name}: ${error.message} (${errorText(error.cause)})`
}
