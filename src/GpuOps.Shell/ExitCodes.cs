namespace GpuOps.Shell;

/// <summary>What the program returns when the script itself does not say.</summary>
internal static class ExitCodes
{
    public const int Success = 0;
    public const int Failure = 1;

    /// <summary>EX_USAGE of sysexits.h, which pwsh also returns for a wrong command line.</summary>
    public const int Usage = 64;

    /// <summary>What a shell reports for a program that a signal ended: 128 and the signal's number.</summary>
    public const int HungUp = 129;
    public const int Interrupted = 130;
    public const int BrokenPipe = 141;
    public const int Terminated = 143;
}
