using GpuOps.Channels;
using GpuOps.Schedulers.Slurm;
using GpuOps.Unit.Probes;

namespace GpuOps.Unit.Schedulers.Slurm;

/// <summary>Several jobs by one command, with a real shell; a script that notes what it was given stands in for sbatch.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SbatchBatchTests : IAsyncDisposable
{
    private const string Mark = "m4rkm4rkm4rk";

    private readonly TemporaryFolder _folder = new();
    private readonly LocalChannel _channel = new();

    public SbatchBatchTests() => Rig.Linux();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_job_gets_its_words_its_script_and_its_variables_byte_for_byte(bool isWholeLines)
    {
        string[] hostile = ["it's \"quoted\" $HOME `id`", "two\nlines\t\\0101 %s %b", "Ünïcode 🙂", "-n", "\\c", "\u0081\u0088 \u0001\u007f", string.Join('\n', Enumerable.Repeat("long", 20_000))];
        SbatchCommand[] jobs = [.. hostile.Select((text, at) => SbatchCommand.From(new SlurmJobRequest
        {
            Name = $"job{at}",
            Script = (byte[])[.. "#!/bin/sh\n"u8, .. System.Text.Encoding.UTF8.GetBytes(text), .. isWholeLines ? "\n"u8 : [255, 1]],
            Arguments = [text],
            Environment = new SlurmJobEnvironment { Variables = new Dictionary<string, string> { ["said"] = text } },
        }))];
        var sbatch = Sbatch("name=$(printf %s \"$*\" | sed -n 's/.*--job-name=\\(job[0-9]*\\).*/\\1/p' | head -n 1); cat > \"$here/$name.in\"; printf '%s\\0' \"$@\" > \"$here/$name.words\"; printf %s \"$said\" > \"$here/$name.said\"; echo \"${name#job}\"");

        var results = await RunAsync(sbatch, jobs);

        for (var at = 0; at < hostile.Length; at++)
        {
            Assert.Equal((0, $"{at}\n"), (results[at]!.ExitCode, results[at]!.OutputText));
            Assert.Equal(jobs[at].Script.ToArray(), await File.ReadAllBytesAsync(Path.Combine(_folder.Path, $"job{at}.in"), Token));
            Assert.Equal(string.Concat(jobs[at].Arguments.Select(static word => word + "\0")), await File.ReadAllTextAsync(Path.Combine(_folder.Path, $"job{at}.words"), Token));
            Assert.Equal(hostile[at], await File.ReadAllTextAsync(Path.Combine(_folder.Path, $"job{at}.said"), Token));
        }
    }

    [Fact]
    public async Task Each_job_has_an_end_of_its_own()
    {
        var sbatch = Sbatch("n=$(printf %s \"$*\" | sed 's/[^0-9]//g'); case $n in *3) echo refused >&2; exit 1;; *5) yes x | head -c 100000; echo; exit 7;; esac; echo banner; echo \"4$n\"");
        SbatchCommand[] jobs = [.. Enumerable.Range(0, 9).Select(static at => SbatchCommand.From(new SlurmJobRequest { Name = $"job{at}", Command = ["true"] }))];

        var results = await RunAsync(sbatch, jobs);

        Assert.Equal([0, 0, 0, 1, 0, 7, 0, 0, 0], results.Select(static result => result!.ExitCode));
        Assert.Equal("refused\n", results[3]!.ErrorText);
        Assert.Equal("48", SbatchOutput.ParseJobId(results[8]!.OutputText)?.ToString());
    }

    [Fact]
    public async Task Nothing_runs_of_a_batch_that_did_not_come_whole()
    {
        var sbatch = Sbatch("touch \"$here/ran\"");
        var batch = SbatchBatch.Write(sbatch, [SbatchCommand.From(new SlurmJobRequest { Command = ["true"] }), SbatchCommand.From(new SlurmJobRequest { Command = ["true"] })], Mark);

        await _channel.RunAsync(batch with { Input = batch.Input[..^1] }, Token);

        Assert.False(File.Exists(Path.Combine(_folder.Path, "ran")));
    }

    [Fact]
    public async Task What_is_not_there_is_told_for_each() =>
        Assert.Equal([(127, "\n"), (127, "\n")], (await RunAsync("/nowhere/sbatch", [.. Enumerable.Repeat(SbatchCommand.From(new SlurmJobRequest { Command = ["true"] }), 2)])).Select(static result => (result!.ExitCode, result.OutputText)));

    [Fact]
    public async Task In_order_each_waits_for_the_one_before()
    {
        var sbatch = Sbatch("n=$(cat \"$here/next\"); echo $((n + 1)) > \"$here/next\"; echo \"$n\"");
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "next"), "1", Token);
        SbatchCommand[] jobs = [.. Enumerable.Repeat(SbatchCommand.From(new SlurmJobRequest { Command = ["true"] }), 20)];

        var answer = await _channel.RunAsync(SbatchBatch.Write(sbatch, jobs, Mark, isInOrder: true), Token);

        Assert.Equal(Enumerable.Range(1, jobs.Length).Select(static id => $"{id}\n"), SbatchBatch.Read(answer.OutputText, jobs.Length, Mark).Select(static result => result!.OutputText));
    }

    [Fact]
    public void Of_what_was_not_said_nothing_is_known() =>
        Assert.Equal([null, 0, null], SbatchBatch.Read($"Welcome\n{Mark}1 0\n12\n{Mark}7 0\n13\n{Mark}2", 3, Mark).Select(static result => result?.ExitCode));

    private async Task<CommandResult?[]> RunAsync(string sbatch, SbatchCommand[] jobs) =>
        SbatchBatch.Read((await _channel.RunAsync(SbatchBatch.Write(sbatch, jobs, Mark), Token)).OutputText, jobs.Length, Mark);

    private string Sbatch(string script) => _folder.WriteProgram("sbatch", $"here='{_folder.Path}'\n{script}\n");
}
