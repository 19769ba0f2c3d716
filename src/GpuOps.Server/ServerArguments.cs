using System.Globalization;
using GpuOps.Errors;
using GpuOps.Schedulers.Queue;

namespace GpuOps.Server;

/// <summary>What the program is called with, behind the verb.</summary>
internal sealed record ServerArguments
{
    /// <summary>The state folder, absolute.</summary>
    public string? Folder { get; private init; }

    /// <summary>The pool of the jobs' GPUs: a backend's name or URI.</summary>
    public string? Pool { get; private init; }

    /// <summary>How many CPUs the jobs without GPUs may take together.</summary>
    public int? Cpus { get; private init; }

    /// <summary>How long a supervisor lives when no job runs and no service is connected.</summary>
    public TimeSpan? Patience { get; private init; }

    /// <summary>Whether it goes on in the background.</summary>
    public bool Detach { get; private init; }

    /// <summary>Reads them, and does what a verb does.</summary>
    /// <param name="words">What follows the verb.</param>
    /// <param name="options">The options that the verb knows.</param>
    /// <param name="run">What it does; it returns the exit code.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] words, string[] options, Func<ServerArguments, Task<int>> run)
    {
        var arguments = new ServerArguments();
        for (var rest = words.AsMemory(); !rest.IsEmpty;)
        {
            if (!options.Contains(rest.Span[0]) || arguments.With(rest.ToArray()) is not var (more, length))
                return Usage.Complain($"'{rest.Span[0]}' is not understood, or lacks its value.");
            (arguments, rest) = (more, rest[length..]);
        }

        if (!OperatingSystem.IsLinux())
            return Usage.Complain("jobs can be run on Linux only.");
        try
        {
            return await run(arguments);
        }
        catch (GpuOpsException fault)
        {
            ServerLog.Write(fault.Message);
            return fault.Id is "QueueStoreInUse" or "SupervisorRuns" ? ServerExit.AlreadyRuns : ServerExit.Failure;
        }
    }

    /// <summary>With the first of some words, and how many these were; null when it is not understood.</summary>
    private (ServerArguments Arguments, int Length)? With(string[] words) => words switch
    {
        ["--folder", var value, ..] => (this with { Folder = Path.GetFullPath(value) }, 2),
        ["--pool", var value, ..] => (this with { Pool = value }, 2),
        ["--cpu", var value, ..] when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 => (this with { Cpus = number }, 2),
        ["--patience", var value, ..] when Values.Duration.TryParse(value, out var duration) && duration > TimeSpan.Zero => (this with { Patience = duration }, 2),
        ["--detach", ..] => (this with { Detach = true }, 1),
        _ => null,
    };
}
