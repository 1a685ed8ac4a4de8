import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readSettings, readSettingsFile, SettingError, type Sources } from '../../../src/config.ts'

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
    ['a network map that is no route', { ...nothing, flags: { 'network-map': ['10.244.0.0/16'] } }, '--network-map is "10.244.0.0/16"; allowed: FROM=TO'],
    ['a network map between families', { ...nothing, flags: { 'network-map': ['10.0.0.0/8=fd00::/8'] } }, 'two ranges of one family and one length'],
    ['a network map of two lengths', { ...nothing, environment: { FAIRLEAD_NETWORK_MAP: '10.0.0.0/8=127.9.0.0/16' } }, 'FAIRLEAD_NETWORK_MAP is "10.0.0.0/8='],
    ['a place to listen without a port', { ...nothing, flags: { http: '127.0.0.1' } }, '--http is "127.0.0.1"; allowed: ADDRESS:PORT'],
    [
      'a grace time without sense',
      { ...nothing, flags: { 'orphan-grace': 'forever' } },
      '--orphan-grace is "forever"; allowed: a duration like 30m or 1h, 0, or never',
    ],
    ['a duration without sense', { ...nothing, file: { 'drift-interval': 'soon' } }, 'drift-interval in the settings file is "soon"; allowed: a duration'],
    [
      'a default class that no provider serves',
      { ...nothing, flags: { 'default-class': 'aws' } },
      '--default-class is "aws"; allowed: one of --providers, local',
    ],
    ['a provider that is named twice', { ...nothing, environment: { FAIRLEAD_PROVIDERS: 'local,local' } }, '--providers is "local" twice; allowed: each'],
    ['a zone where a region belongs', { ...nothing, flags: { 'aws-region': 'eu-west-1a' } }, '--aws-region is "eu-west-1a"; allowed: a region like eu-west-1'],
    ['a VPC by name', { ...nothing, environment: { FAIRLEAD_AWS_VPC_ID: 'main' } }, 'FAIRLEAD_AWS_VPC_ID is "main"; allowed: the id of a VPC, like vpc-'],
    ['an endpoint without a scheme', { ...nothing, file: { 'aws-endpoint': 'localhost:4566' } }, 'aws-endpoint in the settings file is "localhost:4566"'],
    ['a name that is no setting', { ...nothing, file: { colour: 'red' } }, 'the settings file has "colour", which is no setting'],
  ])('%s', (_, sources, message) => {
    expect(() => readSettings('run', sources)).toThrow(SettingError)
    expect(() => readSettings('run', sources)).toThrow(message)
  })
})

test.each([
  ['--config', '/nonexistent/settings.yaml', undefined, '--config is "/nonexistent/settings.yaml", which cannot be read'],
  ['--config', 'settings.yaml', '- a\n- b\n', 'which is not a map of settings'],
  ['FAIRLEAD_CONFIG', 'settings.yaml', 'a: [', /FAIRLEAD_CONFIG is ".*", which cannot be read/],
])('a settings file that cannot be used is named with who named it: %s %s', (where, name, content, message) => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-settings-'))
  const path = content === undefined ? name : join(folder, name)
  if (content !== undefined) writeFileSync(path, content)
  try {
    expect(() => readSettingsFile(path, where)).toThrow(SettingError)
    expect(() => readSettingsFile(path, where)).toThrow(message)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a network map may lead to IPv4 addresses mapped into IPv6', () => {
  const map = 'fd00:244::/112=::ffff:127.64.0.0/112+64000'
  expect(readSettings('run', { ...nothing, flags: { 'network-map': [map] } })).toMatchObject({ 'network-map': [map] })
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

test.each([
  ['never', Number.POSITIVE_INFINITY],
  ['0', 0],
  ['30m', 1800],
  ['1h', 3600],
])('--orphan-grace %s', (text, seconds) => {
  expect(readSettings('run', { flags: { 'orphan-grace': text }, environment: {} })['orphan-grace']).toBe(seconds)
})
