/** A release's folder, checked from its files alone: the sums, the image's digests, labels and program, the chart, and what the provenance says it is about. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checksumOf } from '../base/downloads.ts'
import { command, isInstalled } from '../command.ts'
import { labelsOf, namesOf, SUMS } from '../artefacts.ts'
import type { Source } from '../documents/source.ts'
import { architectureOf } from '../image/architectures.ts'
import { containerCommand, noContainer } from './container.ts'
import { openImages, type UnpackedImage } from './image.ts'

/** Returns what was checked, and what was not and why, a line each. Throws an Error that says what is wrong. */
export function checkArtefacts(folder: string, source: Source): readonly string[] {
  const temporary = mkdtempSync(join(tmpdir(), 'fairlead-release-'))
  try {
    return [checkSums(folder), ...checkImages(folder, source, temporary), checkProvenance(folder, source), checkChart(folder, source)]
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

function checkSums(folder: string): string {
  const lines = readFileSync(join(folder, SUMS), 'utf8').trim().split('\n')
  const sums = new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]))
  const files = readdirSync(folder).filter((name) => name !== SUMS)
  for (const name of files) {
    const found = checksumOf(join(folder, name))
    if (sums.get(name) !== found) throw new Error(`${name} has the SHA-256 ${found}; ${SUMS} says ${sums.get(name) ?? 'nothing of it'}`)
  }
  if (files.length !== sums.size) throw new Error(`${SUMS} has ${sums.size} files, the folder ${files.length}`)
  return `${SUMS}: ${files.length} files are as it says`
}

function checkImages(folder: string, source: Source, temporary: string): readonly string[] {
  const images = openImages(join(folder, namesOf(source).image), join(temporary, 'layout'))
  for (const { architecture, config } of images)
    for (const [label, value] of Object.entries(labelsOf(source)))
      if (config.Labels[label] !== value) throw new Error(`the image for ${architecture} has the label ${label}=${config.Labels[label]}, not ${value}`)
  return images.map((image) => `image for ${image.architecture}: every digest is right; ${started(image, source, join(temporary, image.architecture))}`)
}

function started(image: UnpackedImage, { version }: Source, root: string): string {
  const here = architectureOf(process.arch)
  if (image.architecture !== here) return `not started: this machine is ${here ?? process.arch}`
  const absent = noContainer()
  if (absent !== undefined) return `not started: ${absent}`
  image.unpackInto(root)
  const run = (...args: string[]): string => {
    const { program, args: given, environment } = containerCommand({ root, config: image.config, args })
    return command(program, given, { environment })
  }
  const found = run('--version').trim()
  if (found !== version) throw new Error(`the image is version ${found}, not ${version}`)
  run('--help')
  return 'started, as its user with a root that cannot be written to'
}

function checkProvenance(folder: string, source: Source): string {
  const names = namesOf(source)
  const { subject } = JSON.parse(readFileSync(join(folder, names.provenance), 'utf8')) as {
    readonly subject: readonly { readonly name: string; readonly digest: { readonly sha256: string } }[]
  }
  const files = subject.filter(({ name }) => name !== source.name)
  for (const { name, digest } of files) if (checksumOf(join(folder, name)) !== digest.sha256) throw new Error(`${names.provenance} is about another ${name}`)
  return `${names.provenance}: is about the ${files.length} files of this folder`
}

function checkChart(folder: string, source: Source): string {
  const { chart } = namesOf(source)
  const beside = join(process.env['KUBEBUILDER_ASSETS'] ?? '', 'helm')
  const helm = [beside, 'helm'].find((program) => isInstalled(program, ['version']))
  if (helm === undefined) return `${chart}: not checked with helm: it is neither on the PATH nor in the folder of KUBEBUILDER_ASSETS`
  const path = join(folder, chart)
  const shown = command(helm, ['show', 'chart', path])
  for (const field of ['version', 'appVersion'])
    if (!shown.includes(`\n${field}: ${source.version}\n`)) throw new Error(`${chart} does not have ${field} ${source.version}: run npm run docs`)
  command(helm, ['lint', '--strict', path, '--set', 'providers={aws}', '--set', 'image.repository=registry.example.com/fairlead'])
  command(helm, ['template', 'fairlead', path, '--set', 'providers={aws}', '--set', 'image.repository=registry.example.com/fairlead'])
  return `${chart}: helm reads, checks and renders it`
}
