providers = {
  aws        = aws
  aws.global = aws.global
}
