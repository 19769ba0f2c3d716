using System.Management.Automation;

namespace GpuOps.Cmdlets.Pipeline;

/// <summary>Writes to the pipeline of a cmdlet.</summary>
/// <param name="post">Has something written by the pipeline thread.</param>
internal sealed class CmdletSink(Action<Action<Cmdlet>> post) : IRecordSink
{
    public void WriteObject(object item) => post(cmdlet => cmdlet.WriteObject(item));

    public void WriteError(ErrorRecord error) => post(cmdlet => cmdlet.WriteError(error));

    public void WriteWarning(string text) => post(cmdlet => cmdlet.WriteWarning(text));

    public void WriteProgress(ProgressRecord progress) => post(cmdlet => cmdlet.WriteProgress(progress));
}
