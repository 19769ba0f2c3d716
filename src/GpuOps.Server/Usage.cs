using GpuOps.Schedulers.Queue;

namespace GpuOps.Server;

/// <summary>How the program is called.</summary>
internal static class Usage
{
    private const string Text = """
        gpuops-server serve [--folder FOLDER] [--pool NAME-OR-URI] [--cpu COUNT] [--detach]
            takes jobs and starts each when it is its turn; Start-GpuServer starts it
        gpuops-server supervise --folder FOLDER [--patience DURATION] [--detach]
            starts the jobs' processes, and lives as long as they do, or a service is connected,
            and its patience (30s) beyond that; the service starts it by itself
        """;

    /// <summary>Says what was wrong with the call.</summary>
    /// <param name="what">What was wrong.</param>
    /// <returns>The exit code.</returns>
    public static int Complain(string what)
    {
        Console.Error.WriteLine($"gpuops-server: {what}");
        Console.Error.WriteLine(Text);
        return ServerExit.Usage;
    }
}
