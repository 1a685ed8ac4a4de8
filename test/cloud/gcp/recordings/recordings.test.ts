/** The emulated Google Cloud beside the recorded answers of the real one. */
import { describe } from 'vitest'
import { testPage, testRecorded } from '../../recordings/expected.ts'
import { KNOWN } from './differences.ts'
import { recordedLines } from './lines.ts'
import { COMMAND, PAGE, renderPage } from './page.ts'
import { replay } from './replay.ts'

describe('the emulator answers as Google Cloud was recorded to', () => {
  testRecorded({ lines: recordedLines(), replay, known: KNOWN })
})

testPage({ path: PAGE, renderPage, command: COMMAND })
