export interface AnnotationSet<Options> {
  readonly prefix?: string
  readonly __options?: Options
}
