/** Fields of the questions a client may ask about itself: what it may do, and who it is. The notation is explained in `notation.ts`. */
export const REVIEWS = `
authorization.SelfSubjectAccessReview
  metadata 1 meta.ObjectMeta+, spec 2 authorization.SelfSubjectAccessReviewSpec!, status 3 authorization.SubjectAccessReviewStatus+
authorization.SelfSubjectAccessReviewSpec
  resourceAttributes 1 *authorization.ResourceAttributes, nonResourceAttributes 2 *authorization.NonResourceAttributes
authorization.ResourceAttributes
  namespace 1 string, verb 2 string, group 3 string, version 4 string, resource 5 string, subresource 6 string, name 7 string,
  fieldSelector 8 *authorization.FieldSelectorAttributes, labelSelector 9 *authorization.LabelSelectorAttributes
authorization.FieldSelectorAttributes
  rawSelector 1 string, requirements 2 []meta.FieldSelectorRequirement
authorization.LabelSelectorAttributes
  rawSelector 1 string, requirements 2 []meta.LabelSelectorRequirement
authorization.NonResourceAttributes
  path 1 string, verb 2 string
authorization.SubjectAccessReviewStatus
  allowed 1 bool!, denied 4 bool, reason 2 string, evaluationError 3 string
authentication.SelfSubjectReview
  metadata 1 meta.ObjectMeta+, status 2 authentication.SelfSubjectReviewStatus+
authentication.SelfSubjectReviewStatus
  userInfo 1 authentication.UserInfo+
authentication.UserInfo
  username 1 string, uid 2 string, groups 3 []string, extra 4 {}[]string
`
