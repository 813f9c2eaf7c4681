/* The least that can be started. */
int main(void);
int main(void)
{
	return 0;
}
