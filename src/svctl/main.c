/* main.c - not there yet */
int main(void)
{
	return 1;
}
