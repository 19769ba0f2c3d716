using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using GpuOps.Channels.Files;
using GpuOps.Errors;

namespace GpuOps.Unit.Channels.Files;

/// <summary>What is written under a path comes out, each byte once, of real files.</summary>
public sealed class FollowedFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("gpuops-follow-").FullName;

    private enum Step
    {
        Append,
        AppendMuch,
        Look,
        LookInPieces,
        LookWhileCut,
        Rename,
        CopyAndEmpty,
        EmptyWhenRead,
        ReplaceWhenRead,
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Every_byte_comes_once_whatever_becomes_of_the_file() =>
        await Gen.Enum<Step>().Array[1, 14].SampleAsync(async steps =>
        {
            var (writer, reader) = Begin(0);
            // What was set aside before the first look is of another time.
            writer.Append(1);
            await reader.DrainAsync(Token);
            foreach (var step in steps)
                await TakeAsync(step, writer, reader);
            await reader.DrainAsync(Token);
            Assert.True(writer.Written.WrittenSpan.SequenceEqual(reader.Read), $"{string.Join(", ", steps)}\n{writer.Story}read {reader.Read.Length} of {writer.Written.WrittenCount}: {WordsOf(reader.Read)}, the same up to {writer.Written.WrittenSpan.CommonPrefixLength(reader.Read)}");
        }, iter: 40, threads: 2);

    [Fact]
    public async Task A_file_that_begins_anew_is_told_from_one_that_grows()
    {
        var (writer, reader) = Begin(0);
        writer.Append(1);
        await reader.DrainAsync(Token);
        writer.Empty();
        // By the next look it is longer than it was, as a job's that was started again.
        writer.Append(500);
        await reader.DrainAsync(Token);
        Assert.Equal([6], reader.Beginnings);
        Assert.True(writer.Written.WrittenSpan.SequenceEqual(reader.Read));
    }

    [Fact]
    public async Task A_file_that_was_renamed_is_read_on_while_its_writer_writes_on()
    {
        var (writer, reader) = Begin(0);
        writer.Append(1);
        await reader.DrainAsync(Token);
        await using (var open = new FileStream(reader.Path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            File.Move(reader.Path, reader.Path + ".old");
            await File.WriteAllTextAsync(reader.Path, "new", Token);
            await reader.DrainAsync(Token);
            open.Write("late"u8);
        }

        await reader.DrainAsync(Token);
        Assert.Equal([.. writer.Written.WrittenSpan, .. "newlate"u8], reader.Read.ToArray());
    }

    [Theory]
    [InlineData("a\nb\nc\n", 2, 2)]
    [InlineData("a\nb\nc", 2, 2)]
    [InlineData("a\nb\n", 5, 0)]
    [InlineData("a\n\n", 1, 2)]
    [InlineData("a\nb", 0, 3)]
    [InlineData("", 3, 0)]
    public async Task The_last_lines_begin(string text, int count, long start)
    {
        var (writer, reader) = Begin(0);
        _ = writer;
        await File.WriteAllTextAsync(reader.Path, text, Token);
        Assert.Equal(start, await LastLines.StartAsync(reader.Channel, reader.Path, text.Length, count, long.MaxValue, Token));
    }

    [Fact]
    public async Task The_last_lines_of_a_long_file_are_found_without_reading_it()
    {
        var (_, reader) = Begin(0);
        var line = new string('x', 100_000) + "\n";
        await using (var file = File.Create(reader.Path))
        {
            file.SetLength(1L << 40);
            file.Seek(0, SeekOrigin.End);
            file.Write(Encoding.ASCII.GetBytes("\n" + line + line));
        }

        var length = new FileInfo(reader.Path).Length;
        Assert.Equal(length - (2 * line.Length), await LastLines.StartAsync(reader.Channel, reader.Path, length, 2, long.MaxValue, Token));
        Assert.Equal(length - 1000, await LastLines.StartAsync(reader.Channel, reader.Path, length, 2, 1000, Token));
    }

    private static async Task TakeAsync(Step step, LogWriter writer, FileReader reader)
    {
        switch (step)
        {
            case Step.Append:
                writer.Append(5);
                break;
            case Step.AppendMuch:
                writer.Append(3000);
                break;
            case Step.Look:
                await reader.LookAsync(1 << 16, false, Token);
                break;
            case Step.LookInPieces:
                await reader.LookAsync(100, false, Token);
                break;
            case Step.LookWhileCut:
                reader.Channel.IsCut = true;
                await Assert.ThrowsAsync<GpuOpsException>(() => reader.LookAsync(1 << 16, false, Token));
                break;
            case Step.Rename:
                writer.Rename();
                break;
            // A copy is known by what was read before.
            case Step.CopyAndEmpty:
                writer.Append(1);
                await reader.DrainAsync(Token);
                writer.Append(7);
                writer.CopyAndEmpty();
                break;
            // Deleted: the system gives its number to the next one, so one has to look before that is renamed.
            case Step.ReplaceWhenRead:
                await reader.DrainAsync(Token);
                writer.Replace();
                await reader.DrainAsync(Token);
                break;
            // What nobody has read before it is emptied or deleted, nobody ever will.
            case Step.EmptyWhenRead:
                await reader.DrainAsync(Token);
                writer.Empty();
                break;
        }
    }

    private static string WordsOf(ReadOnlySpan<byte> bytes) => string.Concat(Regex.Matches(Encoding.Latin1.GetString(bytes), "<[0-9]+>").Select(static match => match.Value));

    private (LogWriter Writer, FileReader Reader) Begin(long start)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, Guid.NewGuid().ToString("N"))).FullName, "a log [1]*.out");
        return (new LogWriter(path), new FileReader(new CutChannel(), path, start));
    }
}
