/** AWS carries out a write, whichever it is, and the answer is lost. */
import { mishapAtEveryWrite } from '../every-write.ts'
import { subject } from './every-write.ts'
import { onServer } from './frame.ts'

mishapAtEveryWrite(subject(onServer()), 'lost', { fewest: 4 })
