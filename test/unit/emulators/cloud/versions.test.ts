/** Versions as the next clouds need them. */
import { describe, expect, test } from 'vitest'
import { cloudClock } from '../../../../emulators/cloud/clock.ts'
import { Operations } from '../../../../emulators/cloud/operations.ts'
import { etag, fingerprint, StaleVersion, Versions } from '../../../../emulators/cloud/versions.ts'

describe('a version', () => {
  test('is a new one after each write, and others keep theirs', () => {
    const versions = new Versions(etag)
    const [before, other] = [versions.renew('balancer'), versions.renew('address')]
    expect(versions.renew('balancer')).not.toBe(before)
    expect(versions.of('address')).toBe(other)
  })

  test('is not there before the first write and after the end', () => {
    const versions = new Versions(etag)
    expect(versions.of('balancer')).toBeUndefined()
    versions.renew('balancer')
    versions.drop('balancer')
    expect(versions.of('balancer')).toBeUndefined()
  })

  test('of a document that is made anew is not one that it had before', () => {
    const versions = new Versions(fingerprint)
    const before = versions.renew('service')
    versions.drop('service')
    expect(versions.renew('service')).not.toBe(before)
  })

  test('looks as Azure and Google Cloud write it', () => {
    expect(etag(26)).toMatch(/^W\/"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"$/)
    expect(Buffer.from(fingerprint(26), 'base64')).toHaveLength(8)
  })
})

describe('a write', () => {
  const given = () => {
    const versions = new Versions(etag)
    const old = versions.renew('balancer')
    return { versions, old, current: versions.renew('balancer') }
  }

  test('based on the current version is let through', () => {
    const { versions, current } = given()
    expect(() => versions.check('balancer', { given: current })).not.toThrow()
  })

  test('based on an old one is refused, and both are said: 412', () => {
    const { versions, old, current } = given()
    expect(() => versions.check('balancer', { given: old })).toThrow(StaleVersion)
    expect(() => versions.check('balancer', { given: old })).toThrow(expect.objectContaining({ given: old, current }) as Error)
  })

  test('without a version wins, as a pool of Azure or a firewall of Google Cloud', () => {
    expect(() => given().versions.check('balancer', { given: undefined })).not.toThrow()
  })

  test('without a version is refused where one is required, as for a backend service of Google Cloud; not when it creates', () => {
    const { versions } = given()
    expect(() => versions.check('balancer', { given: undefined, isRequired: true })).toThrow(StaleVersion)
    expect(() => versions.check('new', { given: undefined, isRequired: true })).not.toThrow()
  })

  test('for any version needs a document that is there', () => {
    const { versions } = given()
    expect(() => versions.check('balancer', { given: '*' })).not.toThrow()
    expect(() => versions.check('new', { given: '*' })).toThrow(StaleVersion)
  })

  test('that runs for some time changes it twice, as in Azure: what was read meanwhile is old at its end', () => {
    const clock = cloudClock({ virtualTime: true })
    const [operations, versions] = [new Operations(clock), new Versions(etag)]
    const atBegin = versions.renew('balancer')
    operations.begin({ document: 'balancer', kind: 'put', ms: 1_000, effects: [() => void versions.renew('balancer')] })
    expect(versions.of('balancer')).toBe(atBegin)
    clock.advance(1_000)
    operations.settle()
    expect(() => versions.check('balancer', { given: atBegin })).toThrow(StaleVersion)
  })
})
