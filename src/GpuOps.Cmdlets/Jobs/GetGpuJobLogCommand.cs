using System.Management.Automation;
using GpuOps.Schedulers;

namespace GpuOps.Cmdlets.Jobs;

/// <summary>Shows what jobs wrote, and follows it while they run.</summary>
[Cmdlet(VerbsCommon.Get, "GpuJobLog", DefaultParameterSetName = "Lines")]
[OutputType(typeof(string))]
public sealed class GetGpuJobLogCommand : JobsCmdlet
{
    /// <summary>Which of the streams: the output, the errors, or both. Where both go to one file it is shown once.</summary>
    [Parameter]
    public GpuJobLogKind Stream { get; set; }

    /// <summary>Only that many lines at the end; with -Follow what comes then is added.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int? Tail { get; set; }

    /// <summary>Waits for the jobs to begin, and shows what they write until they are over.</summary>
    [Parameter(ParameterSetName = "Lines")]
    public SwitchParameter Follow { get; set; }

    /// <summary>Gives each stream as one text, with its line breaks as they are, instead of line by line.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Raw")]
    public SwitchParameter Raw { get; set; }

    /// <inheritdoc/>
    private protected override void Act(IReadOnlyList<(IJobScheduler Scheduler, string[] Ids)> given) => Run(async (post, token) =>
    {
        var options = new GpuJobLogOptions { Stream = Stream, Tail = Tail, Follow = Follow };
        var isSeveral = given.Sum(static one => one.Ids.Length) > 1;
        await Task.WhenAll(given.Select(async one =>
        {
            var output = new JobLogOutput(Raw, post);
            try
            {
                await foreach (var piece in one.Scheduler.ReadLogsAsync(one.Ids, options, token))
                {
                    await output.TakeAsync($"{piece.Job.Id} {piece.Stream}", piece, isNew: false, isSeveral, token);
                }
            }
            finally
            {
                output.End();
            }
        }));
        return true;
    });
}
