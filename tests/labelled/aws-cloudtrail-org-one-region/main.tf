resource "aws_organizations_organization" "o" {}

resource "aws_cloudtrail" "t" {
  name                  = "trail"
  s3_bucket_name        = "org-trails"
  is_organization_trail = true
}
