variable "validate" {
  type    = bool
  default = false
}

resource "aws_cloudtrail" "t" {
  count                      = 2
  name                       = "trail-${count.index}"
  s3_bucket_name             = "central-trails"
  is_multi_region_trail      = true
  enable_log_file_validation = var.validate
  kms_key_id                 = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  cloud_watch_logs_group_arn = "arn:aws:logs:eu-west-1:123456789012:log-group:trail:*"
  cloud_watch_logs_role_arn  = "arn:aws:iam::123456789012:role/trail"
}

resource "aws_cloudtrail" "none" {
  name                       = "none"
  s3_bucket_name             = "central-trails"
  is_multi_region_trail      = false
  enable_log_file_validation = true
  kms_key_id                 = ""
  cloud_watch_logs_group_arn = null
}
