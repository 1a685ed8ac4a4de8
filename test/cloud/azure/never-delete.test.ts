/** `--never-delete` keeps the parts of Services that go, in documents that go on changing for others. */
import { neverDeletes } from '../never-delete.ts'
import { onServer } from './frame.ts'

neverDeletes(onServer(), (world, { uid }) => world.owned().filter((text) => text.includes(uid)))
