resource "aws_efs_file_system" "good" {
  encrypted  = true
  kms_key_id = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"
}

resource "aws_efs_file_system" "plain" {
  creation_token = "plain"
}

resource "aws_efs_file_system" "off" {
  encrypted = false
}
