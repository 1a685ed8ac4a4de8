/** Google Cloud fails at a write, whichever it is. */
import { mishapAtEveryWrite } from '../every-write.ts'
import { subject } from './every-write.ts'
import { onServer } from './frame.ts'

mishapAtEveryWrite(subject(onServer()), '500')
