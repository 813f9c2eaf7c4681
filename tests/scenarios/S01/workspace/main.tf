# The organisation's own trail.
resource "aws_cloudtrail" "security" {
  name                          = "security"
  s3_bucket_name                = module.trail.name
  include_global_service_events = true
  is_multi_region_trail         = false
  is_organization_trail         = false
  enable_log_file_validation    = true
  kms_key_id                    = aws_kms_key.trail.arn
}

module "trail" {
  source = "./modules/bucket"
  name   = "acme-trail"
  key    = aws_kms_key.trail.arn
}

resource "aws_kms_key" "trail" {
  description             = "Trails"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}
