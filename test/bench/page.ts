/** The page of all results, from what was recorded. It says what was met and what was not, and embellishes nothing. */
import { besides, type Figure, isMet, type Target } from './benchmark.ts'
import type { Recorded } from './record.ts'

/** `others`: pages beside this one that tell results of their own. */
export function pageOf(results: readonly Recorded[], others: readonly string[]): string {
  const judged = results.flatMap(({ figures }) => figures).flatMap((figure) => (figure.target === undefined ? [] : [isMet(figure.value, figure.target)]))
  const unmet = judged.filter((met) => !met).length
  return [
    '# Benchmarks',
    'Made by `npm run bench`; do not edit. `npm run bench -- NAME` repeats one of them, and `npm run bench -- --help` lists them. Figures stand beside a comparison of the same run, where the notes do not say otherwise: on another machine, compare the ratios.',
    `${judged.length} figures have a target: ${judged.length - unmet} met, ${unmet} not met.`,
    ...results.map(sectionOf),
    ...(others.length === 0 ? [] : ['## More', others.map((file) => `- [${file.replace(/\.md$/, '')}](${file})`).join('\n')]),
    '',
  ].join('\n\n')
}

function sectionOf(result: Recorded): string {
  const { name, what, figures, notes, date, seconds, machine } = result
  const packages = Object.entries(machine.packages).map(([packageName, version]) => `${packageName} ${version}`)
  const rows = figures.map((figure) => `| ${[figure.name, quantity(figure.value, figure.unit), ...judgement(figure), comparison(figure)].join(' | ')} |`)
  const where = [
    `${date.slice(0, 10)}, ${Math.round(seconds)} s`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGib} GiB, load ${machine.load} when it began`,
    `${machine.system}, Node ${machine.node}, ${packages.join(', ')}`,
  ]
  return [
    `## ${name}`,
    what,
    ['| Figure | Measured | Target | | Beside it |', '| --- | ---: | ---: | --- | --- |', ...rows].join('\n'),
    ...(notes.length === 0 ? [] : [notes.map((note) => `- ${note}`).join('\n')]),
    `Measured ${where.join('; ')}. Again: \`npm run bench -- ${name}\`.`,
  ].join('\n\n')
}

function judgement({ value, unit, target }: Figure): readonly [string, string] {
  if (target === undefined) return ['', '']
  return [targetText(target, unit), isMet(value, target) ? 'met' : '**not met**']
}

function targetText(target: Target, unit: string): string {
  if ('under' in target) return `under ${quantity(target.under, unit)}`
  return 'atMost' in target ? `at most ${quantity(target.atMost, unit)}` : `at least ${quantity(target.atLeast, unit)}`
}

function comparison(figure: Figure): string {
  const { value, unit } = figure
  const texts = besides(figure).map((beside) => {
    const ratio = value > 0 && beside.value > 0 ? ` (${digits(beside.value / value)} times)` : ''
    return `${beside.name}: ${quantity(beside.value, unit)}${ratio}`
  })
  return texts.join('; ')
}

export function quantity(value: number, unit: string): string {
  return unit === '' ? digits(value) : `${digits(value)} ${unit}`
}

/** Three digits that say something; whole numbers whole. */
function digits(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US')
  return String(Number(value.toPrecision(3)))
}
