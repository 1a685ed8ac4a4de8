/** `--never-delete` keeps what Services that go had, while others come. */
import { neverDeletes } from '../never-delete.ts'
import { onServer } from './frame.ts'
import { partsOf } from './look.ts'

neverDeletes(onServer(), (world, { name }) => partsOf(world, name))
