namespace GpuOps.Schedulers.Queue;

/// <summary>The exit codes of <c>gpuops-server</c>.</summary>
public static class ServerExit
{
    /// <summary>It was asked to end.</summary>
    public const int Success = 0;

    /// <summary>It failed; what it wrote says why.</summary>
    public const int Failure = 1;

    /// <summary>It was called in a way that makes no sense.</summary>
    public const int Usage = 2;

    /// <summary>There is one for that folder already.</summary>
    public const int AlreadyRuns = 3;
}
