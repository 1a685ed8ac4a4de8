/** No answer comes to a write, whichever it is, and it was carried out. */
import { mishapAtEveryWrite } from '../every-write.ts'
import { subject } from './every-write.ts'
import { onServer } from './frame.ts'

mishapAtEveryWrite(subject(onServer()), 'lost')
