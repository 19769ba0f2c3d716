using System.Text;
using GpuOps.Errors;
using GpuOps.Values;

namespace GpuOps.Schedulers;

/// <summary>A script that prepares a job's place and becomes its command.</summary>
public static class PreparedScript
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The script of a command, which it gets as its arguments: nothing of them is ever quoted.</summary>
    /// <param name="preparation">What to prepare.</param>
    /// <exception cref="GpuOpsException"><c>PreparationInvalid</c>.</exception>
    public static byte[] ForCommand(JobPreparation preparation)
    {
        var script = Begin(preparation, "gpuops_command=(\"$@\")\nset --\n");
        return End(script, "exec -- \"${gpuops_command[@]}\"");
    }

    /// <summary>The script of a block of PowerShell.</summary>
    /// <param name="preparation">What to prepare.</param>
    /// <param name="block">The block.</param>
    /// <exception cref="GpuOpsException"><c>PreparationInvalid</c>.</exception>
    public static byte[] ForBlock(JobPreparation preparation, JobBlock block)
    {
        ArgumentNullException.ThrowIfNull(block);
        Checked("The block", block.Text);
        var script = Begin(preparation, "");
        script.FindPowerShell(block);
        script.Append($"set -- {JobScript.Word(block.Arguments)}\n");
        return End(script, script.Run(block));
    }

    private static JobScript Begin(JobPreparation preparation, string first)
    {
        ArgumentNullException.ThrowIfNull(preparation);
        var script = new JobScript();
        script.Append("#!/bin/bash\n");
        script.Append(first);
        script.DefineFailure();
        if (preparation.Prologue is { } prologue)
            script.Source(Checked("The prologue", prologue));
        if (preparation.Conda is { } conda)
            script.ActivateConda(Checked("The name of the conda environment", conda));
        if (preparation.Venv is { } venv)
            script.ActivateVenv(Checked("The folder of the virtual environment", venv));
        return script;
    }

    private static byte[] End(JobScript script, string run)
    {
        script.Append($"{run}\n");
        try
        {
            return Strict.GetBytes(script.ToString());
        }
        catch (EncoderFallbackException fault)
        {
            throw Wrong("What the job runs has half of a character (a lone surrogate) in it. Take it out.", null, fault);
        }
    }

    private static string Checked(string what, string text) =>
        text.Contains('\0', StringComparison.Ordinal) ? throw Wrong($"{what} has a NUL character in '{Excerpt.Of(text)}'. Take it out.", text) : text;

    private static GpuOpsException Wrong(string message, object? target, Exception? fault = null) =>
        new("PreparationInvalid", GpuOpsErrorKind.InvalidArgument, message, target, fault);
}
