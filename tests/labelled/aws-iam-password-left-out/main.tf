resource "aws_iam_account_password_policy" "p" {
  require_numbers = true
}
