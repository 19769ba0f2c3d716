using System.Diagnostics;

namespace GpuOps.Rigs;

/// <summary>Runs client programs against a rig.</summary>
/// <param name="folder">The rig's folder.</param>
/// <param name="check">Fails when waiting for the rig is in vain.</param>
internal sealed class SlurmClients(SlurmFolder folder, Action check)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs a program to its end, in the folder that everyone may write to.</summary>
    /// <param name="argv">The program and its arguments.</param>
    public async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] argv)
    {
        var start = new ProcessStartInfo(RigFiles.Find(argv[0]) ?? argv[0], argv[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder.Work,
        };
        start.Environment["SLURM_CONF"] = folder.Configuration;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        try
        {
            using var limit = new CancellationTokenSource(Patience);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{string.Join(' ', argv)} did not end in {Patience.TotalSeconds:0} s.");
        }
    }

    /// <summary>Runs a program that has to succeed.</summary>
    /// <param name="argv">The program and its arguments.</param>
    public async Task RequireAsync(params string[] argv)
    {
        var (exitCode, output, errors) = await RunAsync(argv);
        if (exitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', argv)}: {output}{errors}");
    }

    /// <summary>Runs a program again and again, until its result is as wanted.</summary>
    /// <param name="what">What is waited for, for the error.</param>
    /// <param name="wanted">Tells whether it is so.</param>
    /// <param name="argv">The program and its arguments.</param>
    public async Task<string> UntilAsync(string what, Predicate<(int ExitCode, string Output, string Errors)> wanted, params string[] argv)
    {
        var clock = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var result = await RunAsync(argv);
        while (!wanted(result))
        {
            check();
            if (clock.Elapsed > Patience)
                throw new TimeoutException($"Waited {Patience.TotalSeconds:0} s until {what}. {string.Join(' ', argv)}: {result.Output}{result.Errors}");
            await timer.WaitForNextTickAsync();
            result = await RunAsync(argv);
        }
        return result.Output;
    }
}
