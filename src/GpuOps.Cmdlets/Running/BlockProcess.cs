using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text;
using GpuOps.Errors;

namespace GpuOps.Cmdlets.Running;

/// <summary>
/// Carries a script block into a PowerShell process of its own: the block, its arguments and its <c>$using:</c>
/// values go there in a file that only its owner can read, and each object it writes comes back as a line of text.
/// </summary>
internal static class BlockProcess
{
    /// <summary>The variable that names the file.</summary>
    public const string FileVariable = "GPUOPS_JOB_FILE";

    private const int Depth = 3;

    private const string UsingName = "__gpuops_using_";

    /// <summary>A constant, so that nothing of the user's is ever quoted into a command line.</summary>
    private const string Bootstrap = """
        $file = $env:GPUOPS_JOB_FILE
        $env:GPUOPS_JOB_FILE = $null
        $job = [System.Management.Automation.PSSerializer]::Deserialize([IO.File]::ReadAllText($file))
        [IO.File]::Delete($file)
        $using = @($job.Using)
        for ($at = 0; $at -lt $using.Count; $at++) { $ExecutionContext.SessionState.PSVariable.Set("__gpuops_using_$at", $using[$at]) }
        $arguments = @($job.Arguments)
        function Send($item) { [Console]::Out.WriteLine([Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes([System.Management.Automation.PSSerializer]::Serialize($item, 3)))) }
        $global:LASTEXITCODE = 0
        try { & ([scriptblock]::Create($job.Block)) @arguments *>&1 | ForEach-Object { Send $_ } } catch { Send $_; exit 1 }
        exit $global:LASTEXITCODE
        """;

    /// <summary>The block with all that it needs, as text.</summary>
    /// <param name="cmdlet">Whose variables <c>$using:</c> means.</param>
    /// <param name="block">The block.</param>
    /// <param name="arguments">Its arguments.</param>
    public static string Pack(PSCmdlet cmdlet, ScriptBlock block, object?[] arguments)
    {
        var (text, values) = ReplaceUsing(cmdlet, block);
        return PSSerializer.Serialize(new Hashtable { ["Block"] = text, ["Arguments"] = arguments, ["Using"] = values }, Depth);
    }

    /// <summary>Writes the file, just before the process starts that reads and removes it: what is in it may be secret.</summary>
    /// <param name="packed">The block with all that it needs.</param>
    public static string Write(string packed)
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var writer = new StreamWriter(path, Encoding.UTF8, options);
        writer.Write(packed);
        return path;
    }

    /// <summary>Removes the file where the process did not come to it. Never fails.</summary>
    /// <param name="path">The file.</param>
    public static void Forget(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Its folder is gone, and the file with it.
        }
    }

    /// <summary>The PowerShell to run it in, with its arguments: this session's own program, else pwsh, else gpuops.</summary>
    public static GpuCommandTarget Target(PSCmdlet cmdlet) => FindProgram(cmdlet) is { } program
        ? new GpuCommandTarget(null, program, ["-NoProfile", "-NonInteractive", "-Command", Bootstrap])
        : throw new GpuOpsException("PowerShellNotFound", GpuOpsErrorKind.NotFound,
            "A script block as a job runs in a PowerShell of its own, and neither pwsh nor gpuops was found. Put one on the PATH, or name a program with -FilePath.");

    /// <summary>The PowerShell of this host: this session's own program, else pwsh, else gpuops; null for none.</summary>
    public static string? FindProgram(PSCmdlet cmdlet)
    {
        var own = Environment.ProcessPath;
        var bundled = Path.Combine(Path.GetDirectoryName(typeof(BlockProcess).Assembly.Location)!, "..", "shell", "gpuops");
        return Path.GetFileNameWithoutExtension(own) is "pwsh" or "gpuops" ? own
            : (cmdlet.InvokeCommand.GetCommand("pwsh", CommandTypes.Application) as ApplicationInfo)?.Path
            ?? (File.Exists(bundled) ? Path.GetFullPath(bundled) : null);
    }

    /// <summary>Puts a plain variable, <c>__gpuops_using_0</c> and on, in place of each <c>$using:</c> expression. One that is not set is an error, not null.</summary>
    public static (string Text, object?[] Values) ReplaceUsing(PSCmdlet cmdlet, ScriptBlock block)
    {
        var text = new StringBuilder(block.ToString());
        var start = block.Ast is ScriptBlockAst ast && ast.Extent.Text.StartsWith('{') ? ast.Extent.StartOffset + 1 : block.Ast.Extent.StartOffset;
        UsingExpressionAst[] uses = [.. block.Ast.FindAll(node => node is UsingExpressionAst, searchNestedScriptBlocks: true).Cast<UsingExpressionAst>()];
        for (var at = uses.Length - 1; at >= 0; at--)
        {
            // A member access such as $using:x.Length is evaluated on the other side; only the variable travels.
            var extent = VariableOf(uses[at]).Extent;
            text.Remove(extent.StartOffset - start, extent.EndOffset - extent.StartOffset).Insert(extent.StartOffset - start, $"${{{UsingName}{at}}}");
        }

        return (text.ToString(), [.. uses.Select(use => ValueOf(cmdlet, VariableOf(use).VariablePath.UserPath))]);
    }

    private static object? ValueOf(PSCmdlet cmdlet, string name) =>
        cmdlet.GetVariableValue(name) ?? (cmdlet.SessionState.PSVariable.Get(name) is not null ? null
            : throw new GpuOpsException("UsingVariableNotSet", GpuOpsErrorKind.InvalidArgument, $"'$using:{name}' is not set here. Set ${name} first, or correct the name.", name));

    private static VariableExpressionAst VariableOf(UsingExpressionAst use) =>
        (VariableExpressionAst)use.Find(node => node is VariableExpressionAst, searchNestedScriptBlocks: false);
}
