using System.Globalization;
using GpuOps.Errors;
using GpuOps.Schedulers;

namespace GpuOps.Unit.Schedulers;

public sealed class WordExpansionTests
{
    [Theory]
    [InlineData("train --lr {0.1,0.01} --seed {1,2}", "train --lr 0.1 --seed 1|train --lr 0.1 --seed 2|train --lr 0.01 --seed 1|train --lr 0.01 --seed 2")]
    [InlineData("--size={{s,l}} --mem={{1,4}}", "--size=s --mem=1|--size=l --mem=4")]
    [InlineData("{a,b}{{1,2}}{{x,y}}", "a1x|a2y|b1x|b2y")]
    [InlineData("x{a,}y", "xay|xy")]
    [InlineData("{a,b}-{c,d}", "a-c|a-d|b-c|b-d")]
    [InlineData("{a} {} } {{a}} ${HOME} a,b", "{a} {} } {{a}} ${HOME} a,b")]
    [InlineData(@"\{a,b\} {a\,b,c\}} \\{1,2} \n", @"{a,b} a,b \1 \n|{a,b} a,b \2 \n|{a,b} c} \1 \n|{a,b} c} \2 \n")]
    [InlineData("{RANDINT:7:7} {RANDINT:-3:-3}", "7 -3")]
    [InlineData(@"{\RANDINT:7:7} {a,RANDINT:1:2}", @"{\RANDINT:7:7} a|{\RANDINT:7:7} RANDINT:1:2")]
    public void Braces_stand_for_their_choices(string words, string commands) =>
        Assert.Equal(commands, string.Join('|', WordExpansion.Of(words.Split(' '), new Random(1)).Select(static command => string.Join(' ', command))));

    [Theory]
    [InlineData("{a,{b,c}}", "within")]
    [InlineData("""{"a":{"b":1}}""", "within")]
    [InlineData("x{a,b", "not closed")]
    [InlineData("{{a,b}", "not closed")]
    [InlineData("{{a,b}} {{1,2,3}}", "3 choices")]
    [InlineData("{RANDINT:9:1}", "RANDINT:9:1")]
    [InlineData("{RANDINT:1}", "RANDINT:1")]
    [InlineData("{RANDINT:a:b}", "RANDINT:a:b")]
    [InlineData("{1,2,3,4,5,6,7,8,9,0} {1,2,3,4,5,6,7,8,9,0} {1,2,3,4,5,6,7,8,9,0} {1,2,3,4,5,6,7,8,9,0} {1,2,3,4,5,6,7,8,9,0} {1,2}", "100000")]
    public void What_makes_no_sense_is_refused(string words, string what)
    {
        var fault = Assert.Throws<GpuOpsException>(() => WordExpansion.Of(words.Split(' '), new Random(1)));
        Assert.Equal("ExpansionInvalid", fault.Id);
        Assert.Contains(what, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_is_in_its_range_and_another_one_in_each_command()
    {
        var numbers = WordExpansion.Of(["{RANDINT:1:9}", "{1,2,3,4,5,6,7,8,9,10}{1,2,3,4,5,6,7,8,9,10}"], new Random(1))
            .Select(static command => int.Parse(command[0], CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(Enumerable.Range(1, 9), numbers.Distinct().Order());
    }

    [Fact]
    public void Any_command_is_what_nested_loops_make_of_it()
    {
        var random = new Random(20_27);
        for (var round = 0; round < 2_000; round++)
        {
            var zip = random.Next(2, 4);
            var words = Enumerable.Range(0, random.Next(1, 4)).Select(_ => Enumerable.Range(0, random.Next(1, 4)).Select(_ => Choose(random, zip)).ToList()).ToList();
            var written = words.Select(static word => string.Concat(word.Select(static part => part.Written))).ToList();
            Assert.Equal(
                Loop(words, 0, 0, "", null).Select(static line => line.TrimEnd(' ')),
                WordExpansion.Of(written, random).Select(static command => string.Join(' ', command).TrimEnd(' ')));
        }
    }

    private sealed record Piece(string Written, string[] Choices, bool IsZip);

    private static Piece Choose(Random random, int zip)
    {
        var kind = random.Next(3);
        string[] choices = [.. Enumerable.Range(0, kind == 0 ? 1 : kind == 1 ? zip : random.Next(2, 4)).Select(_ => Text(random))];
        var written = string.Join(',', choices.Select(Escape));
        return kind switch { 0 => new Piece(written, choices, false), 1 => new Piece($"{{{{{written}}}}}", choices, true), _ => new Piece($"{{{written}}}", choices, false) };
    }

    private static string Text(Random random) => string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => @"ab{},\$'ü"[random.Next(9)]));

    private static string Escape(string text) => string.Concat(text.Select(static c => c is '{' or '}' or ',' or '\\' ? $"\\{c}" : $"{c}"));

    /// <summary>The model: a loop for each choice, the first outermost; what goes together follows the first of its kind.</summary>
    private static IEnumerable<string> Loop(List<List<Piece>> words, int word, int part, string line, int? together)
    {
        if (word == words.Count)
            return [line];
        if (part == words[word].Count)
            return Loop(words, word + 1, 0, line + " ", together);
        var piece = words[word][part];
        return piece.IsZip
            ? (together is { } at ? Enumerable.Range(at, 1) : Enumerable.Range(0, piece.Choices.Length)).SelectMany(at => Loop(words, word, part + 1, line + piece.Choices[at], at))
            : piece.Choices.SelectMany(choice => Loop(words, word, part + 1, line + choice, together));
    }
}
