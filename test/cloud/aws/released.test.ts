import { testReleased } from '../released.ts'
import { onServer } from './frame.ts'

testReleased(onServer(), 'aws')
