/** Optional properties: a property is there with a value, or it is not there. */

/** The same object without its properties that are undefined. For code that runs seldom, because it makes one more object. */
export function present<T extends object>(properties: T): { readonly [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined)) as {
    readonly [Name in keyof T]?: Exclude<T[Name], undefined>
  }
}
