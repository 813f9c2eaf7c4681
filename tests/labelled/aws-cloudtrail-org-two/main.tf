resource "aws_cloudtrail" "org" {
  name                  = "org"
  s3_bucket_name        = "org-trails"
  is_organization_trail = true
  is_multi_region_trail = true
}

resource "aws_cloudtrail" "second" {
  name           = "second"
  s3_bucket_name = "org-trails"
}
