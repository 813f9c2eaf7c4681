resource "aws_iam_account_password_policy" "p" {
  minimum_password_length        = 8
  password_reuse_prevention      = 0
  require_lowercase_characters   = true
  allow_users_to_change_password = true
}
