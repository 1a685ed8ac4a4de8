import { describe, expect, test } from 'vitest'
import { readSettings, SettingError, type Sources } from '../../../src/config.ts'

const nothing: Sources = { flags: {}, environment: {} }

describe('a setting is taken from the first place that says it', () => {
  const everywhere: Sources = { flags: { concurrency: '3' }, environment: { FAIRLEAD_CONCURRENCY: '4' }, file: { concurrency: 5 } }
  test.each<[string, Sources, number]>([
    ['the flag', everywhere, 3],
    ['the environment, without a flag', { ...everywhere, flags: {} }, 4],
    ['the file, without both', { ...everywhere, flags: {}, environment: {} }, 5],
    ['the default, where nobody says it', nothing, 8],
    ['an empty variable says nothing', { ...nothing, environment: { FAIRLEAD_CONCURRENCY: '' } }, 8],
  ])('%s', (_, sources, expected) => {
    expect(readSettings('run', sources).concurrency).toBe(expected)
  })
})

describe('what cannot be used names the setting, the value and what is allowed', () => {
  test.each<[string, Sources, string]>([
    ['a number out of range', { ...nothing, flags: { concurrency: '0' } }, '--concurrency is "0"; allowed: a whole number from 1 to 64'],
    [
      'a word that is no choice',
      { ...nothing, environment: { FAIRLEAD_LOG_LEVEL: 'loud' } },
      'FAIRLEAD_LOG_LEVEL is "loud"; allowed: info, debug, warn, error',
    ],
    ['a pool that is no range', { ...nothing, flags: { 'address-pool': ['127.0.10.1'] } }, '--address-pool is "127.0.10.1"; allowed: a range like'],
    ['a duration without sense', { ...nothing, file: { 'drift-interval': 'soon' } }, 'drift-interval in the settings file is "soon"; allowed: a duration'],
    [
      'a default class that no provider serves',
      { ...nothing, flags: { 'default-class': 'aws' } },
      '--default-class is "aws"; allowed: one of --providers, local',
    ],
    ['a name that is no setting', { ...nothing, file: { colour: 'red' } }, 'the settings file has "colour", which is no setting'],
  ])('%s', (_, sources, message) => {
    expect(() => readSettings('run', sources)).toThrow(SettingError)
    expect(() => readSettings('run', sources)).toThrow(message)
  })
})

test('repeatable settings come from several flags, or from commas in the environment', () => {
  const flags = readSettings('run', { ...nothing, flags: { 'address-pool': ['127.0.10.0/24', 'edge=127.0.20.0/24'] } })
  const environment = readSettings('run', { ...nothing, environment: { FAIRLEAD_ADDRESS_POOL: '127.0.10.0/24, edge=127.0.20.0/24' } })
  expect(flags['address-pool']).toEqual(['127.0.10.0/24', 'edge=127.0.20.0/24'])
  expect(environment['address-pool']).toEqual(flags['address-pool'])
})

test('a setting of another command is not read', () => {
  expect(readSettings('explain', { ...nothing, environment: { FAIRLEAD_CONCURRENCY: 'nonsense' } }).concurrency).toBe(8)
})
