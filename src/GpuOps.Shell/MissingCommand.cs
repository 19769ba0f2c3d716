using System.Management.Automation;

namespace GpuOps.Shell;

/// <summary>Stands in for a command that only all of PowerShell has, takes whatever it is given, and says so.</summary>
[Cmdlet("Get", "MissingCommand")]
internal sealed class MissingCommand : PSCmdlet
{
    [Parameter(ValueFromPipeline = true)]
    public object? InputObject { get; set; }

    [Parameter(ValueFromRemainingArguments = true)]
    public object[]? Arguments { get; set; }

    protected override void BeginProcessing()
    {
        string name = MyInvocation.MyCommand.Name;
        var error = new CommandNotFoundException(MissingCommands.Explanation(name)) { CommandName = name };
        ThrowTerminatingError(new ErrorRecord(error, "CommandNotIncluded", ErrorCategory.ObjectNotFound, name));
    }
}
