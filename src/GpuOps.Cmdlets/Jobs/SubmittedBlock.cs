using System.Collections;
using System.Management.Automation;
using System.Text;
using GpuOps.Cmdlets.Running;
using GpuOps.Errors;
using GpuOps.Schedulers;

namespace GpuOps.Cmdlets.Jobs;

/// <summary>A script block on its way to a job: its text, and its arguments and <c>$using:</c> values as PowerShell serializes them.</summary>
internal static class SubmittedBlock
{
    private const int Depth = 3;

    /// <summary>A constant, so that nothing of the user's is ever quoted into it.</summary>
    private const string Starter = """
        $packed = [System.Management.Automation.PSSerializer]::Deserialize([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String([IO.File]::ReadAllText('/proc/self/fd/4'))))
        $using = @($packed.Using)
        for ($at = 0; $at -lt $using.Count; $at++) { $ExecutionContext.SessionState.PSVariable.Set("__gpuops_using_$at", $using[$at]) }
        $arguments = @($packed.Arguments)
        $global:LASTEXITCODE = 0
        & ([scriptblock]::Create([IO.File]::ReadAllText('/proc/self/fd/3'))) @arguments
        exit $global:LASTEXITCODE
        """;

    /// <summary>The block without arguments.</summary>
    /// <param name="cmdlet">Whose variables <c>$using:</c> means.</param>
    /// <param name="block">The block.</param>
    public static JobBlock Of(PSCmdlet cmdlet, ScriptBlock block) => new(BlockProcess.ReplaceUsing(cmdlet, block).Text, Starter);

    /// <summary>The arguments and the <c>$using:</c> values as one word.</summary>
    /// <param name="cmdlet">Whose variables <c>$using:</c> means.</param>
    /// <param name="block">The block.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <exception cref="GpuOpsException"><c>ArgumentSecret</c>.</exception>
    public static string Pack(PSCmdlet cmdlet, ScriptBlock block, PSObject?[]? arguments)
    {
        var packed = PSSerializer.Serialize(new Hashtable { ["Arguments"] = arguments ?? [null], ["Using"] = BlockProcess.ReplaceUsing(cmdlet, block).Values }, Depth);
        // A secure string, also that of a credential; text cannot look like it. On Linux anybody can read what is in it.
        if (packed.Contains("<SS>", StringComparison.Ordinal) || packed.Contains("<SS ", StringComparison.Ordinal))
        {
            throw new GpuOpsException("ArgumentSecret", GpuOpsErrorKind.InvalidArgument,
                "There is a SecureString or a PSCredential among -ArgumentList or the $using: variables. They would stand readable in the job's script, which is kept. Let the block read the secret where it runs, from a file that only you can read. That job was not submitted.");
        }

        return Convert.ToBase64String(Encoding.UTF8.GetBytes(packed));
    }
}
