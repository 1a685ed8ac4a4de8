/** The process is killed while it waits for the answer to a write, whichever it is, and another one takes over when its Lease has run out. */
import { mishapAtEveryWrite } from '../every-write.ts'
import { subject } from './every-write.ts'
import { onServer } from './frame.ts'

mishapAtEveryWrite(subject(onServer()), 'killed', {
  fewest: 4,
  stories: [
    ['create', 'kept'],
    ['create', 'deleted'],
    ['delete', 'deleted'],
  ],
})
