resource "aws_organizations_organization" "o" {
  aws_service_access_principals = ["cloudtrail.amazonaws.com"]
}

resource "aws_cloudtrail" "t" {
  name                  = "trail"
  s3_bucket_name        = "org-trails"
  is_multi_region_trail = true
}
