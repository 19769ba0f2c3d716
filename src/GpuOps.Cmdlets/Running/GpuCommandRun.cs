using System.Globalization;
using System.Management.Automation;
using GpuOps.Pools;
using GpuOps.Probes;

namespace GpuOps.Cmdlets.Running;

/// <summary>Runs a command inside the caller's pipeline, so that objects, streams and the terminal stay untouched.</summary>
/// <param name="cmdlet">The cmdlet whose pipeline it runs in.</param>
/// <param name="target">What runs.</param>
/// <param name="reservation">The GPUs.</param>
internal sealed class GpuCommandRun(PSCmdlet cmdlet, GpuCommandTarget target, GpuReservation reservation)
{
    private const string Block = "param($GpuOpsCommand, $GpuOpsArguments) & $GpuOpsCommand @GpuOpsArguments";

    /// <summary>env(1) gives a program an environment of its own; sh passes on a path with <c>=</c>, which env would take for a variable.</summary>
    private const string Env = "/usr/bin/env", Shell = "/bin/sh", PassOn = "exec \"$@\"";

    /// <summary>Runs to the end.</summary>
    /// <param name="environment">The right to the process's variables; null for a program.</param>
    public void Run(EnvironmentLease? environment)
    {
        var variables = VisibleDevices.For(reservation.Provider, reservation.Device, reservation.Id);
        if (environment is not null)
        {
            environment.Set(variables);
            Step(Block, target.Block!, target.Arguments);
            return;
        }

        string[] assignments = [.. variables.Select(variable => $"{variable.Key}={variable.Value}")];
        string[] command = target.Program!.Contains('=', StringComparison.Ordinal)
            ? [Shell, "-c", PassOn, "sh", target.Program, .. target.Words]
            : [target.Program, .. target.Words];
        string[] words = [.. assignments, .. command];
        Step(Program(words.Length), Env, words);
    }

    /// <summary>
    /// Each argument stands in quotes, and none of it is in the text: PowerShell expands <c>*</c> and <c>~</c> in the
    /// arguments of a program wherever it sees no quotes, also in those of an array.
    /// </summary>
    private static string Program(int words) => string.Concat(
        "param($GpuOpsCommand, $GpuOpsArguments) & $GpuOpsCommand",
        string.Concat(Enumerable.Range(0, words).Select(at => string.Create(CultureInfo.InvariantCulture, $" \"$($GpuOpsArguments[{at}])\""))));

    /// <summary>
    /// A steppable pipeline that writes straight into the cmdlet's own pipes: the engine then sees that a native
    /// command's output goes to the terminal, and leaves it the terminal.
    /// </summary>
    private void Step(string script, object command, object?[] arguments)
    {
        using var pipeline = ScriptBlock.Create(script).GetSteppablePipeline(cmdlet.MyInvocation.CommandOrigin, [command, arguments]);
        pipeline.Begin(cmdlet);
        pipeline.Process();
        pipeline.End();
    }
}
