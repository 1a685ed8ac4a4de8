/** Availability zones: of what is made alone, as Azure changes none. */
import { expect, test } from 'vitest'
import type { AzureStep } from '../../../providers/azure/steps.ts'
import { settings } from '../../../providers/azure/settings.ts'
import { type Asked, planFor, want } from './build.ts'

const bodies = (ask: Asked, zones: readonly string[]): readonly object[] =>
  planFor([want('web', ask)], undefined, { zones })
    .stages.flat()
    .flatMap((step: AzureStep) => ('body' in step ? [step.body] : []))

test('a public address that is made has those of the settings', () => {
  expect(bodies({}, ['1', '2'])).toEqual([expect.objectContaining({ zones: ['1', '2'] })])
  expect(bodies({}, [])).toEqual([expect.not.objectContaining({ zones: expect.anything() as unknown })])
})

test('so has an internal frontend', () => {
  const frontend = (zones: readonly string[]): unknown =>
    (bodies({ scheme: 'internal' }, zones)[0] as { properties: { frontendIPConfigurations: readonly object[] } }).properties.frontendIPConfigurations
  expect(frontend(['3'])).toEqual([expect.objectContaining({ zones: ['3'] })])
  expect(frontend([])).toEqual([expect.not.objectContaining({ zones: expect.anything() as unknown })])
})

test('the setting takes a number', () => {
  expect(settings['azure-zones'].parse('2')).toEqual(['2'])
  expect(() => settings['azure-zones'].parse('2a')).toThrow('the number of an availability zone')
})
