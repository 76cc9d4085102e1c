using System.Reflection;
using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace DmDelegation.Tests.Architecture;

/// <summary>
/// Every public type and member says what it is. The compiler asks for that too, but can be told not to, and does not ask for the parameters
/// of a record, which are its properties.
/// </summary>
[TestClass]
public sealed class DocumentationTests
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [TestMethod]
    [DataRow("DmDelegation.Tree")]
    [DataRow("DmDelegation.Protocol")]
    [DataRow("DmDelegation.Engine")]
    [DataRow("DmDelegation.Platform")]
    [DataRow("DmDelegation.Agent")]
    [DataRow("DmDelegation.ServerStub")]
    public void Every_public_member_is_documented(string project)
    {
        var documented = Documented(Path.ChangeExtension(Repository.AssemblyFile(project), ".xml"));
        // Overloads share a name here: there must be as many documented as there are.
        var undocumented = Members(Assembly.Load(Repository.Assemblies[project]))
            .GroupBy(name => name, StringComparer.Ordinal)
            .Where(group => group.Count() > documented.GetValueOrDefault(group.Key))
            .Select(group => group.Key);
        Repository.AssertNone(undocumented, $"{project} does not document:");
    }

    /// <summary>How many members of a name, without parameters, have a text or say where they inherit it from.</summary>
    private static Dictionary<string, int> Documented(string file) =>
        XDocument.Load(file).Descendants("member")
            .Where(member => member.Element("inheritdoc") is not null || !string.IsNullOrWhiteSpace(member.Element("summary")?.Value))
            .GroupBy(member => member.Attribute("name")!.Value.Split('(', '~')[0], StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Count(), StringComparer.Ordinal);

    private static IEnumerable<string> Members(Assembly assembly) =>
        assembly.GetExportedTypes().Where(type => !IsGenerated(type)).SelectMany(type => MembersOf(type).Prepend($"T:{TypeName(type)}"));

    private static IEnumerable<string> MembersOf(Type type) =>
        typeof(Delegate).IsAssignableFrom(type) ? [] : type.GetMembers(Declared).Where(IsOurs).Select(member => $"{Kind(member)}:{TypeName(type)}.{MemberName(member)}");

    private static bool IsOurs(MemberInfo member) => !IsGenerated(member) && member switch
    {
        // The constructor of no arguments that the compiler adds has nothing to say; where it is written out, the compiler itself asks for a text.
        ConstructorInfo constructor => IsVisible(constructor) && constructor.GetParameters().Length > 0,
        MethodInfo method => IsVisible(method) && method.GetBaseDefinition() == method && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)),
        PropertyInfo property => property.GetAccessors(nonPublic: true).Any(accessor => IsVisible(accessor) && accessor.GetBaseDefinition() == accessor),
        EventInfo happening => IsVisible(happening.AddMethod!),
        FieldInfo field => (field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly) && !field.IsSpecialName,
        _ => false,
    };

    // What a record gets from the compiler is marked; so are the members that source generators write.
    private static bool IsGenerated(MemberInfo member) =>
        member.IsDefined(typeof(CompilerGeneratedAttribute)) || member.IsDefined(typeof(System.CodeDom.Compiler.GeneratedCodeAttribute))
        || member.Name.Contains('<', StringComparison.Ordinal) || member is PropertyInfo { Name: "EqualityContract" };

    private static bool IsVisible(MethodBase method) =>
        method.IsPublic || ((method.IsFamily || method.IsFamilyOrAssembly) && !method.DeclaringType!.IsSealed);

    private static char Kind(MemberInfo member) => member switch
    {
        MethodBase => 'M',
        PropertyInfo => 'P',
        EventInfo => 'E',
        _ => 'F',
    };

    private static string TypeName(Type type) => type.FullName!.Replace('+', '.');

    private static string MemberName(MemberInfo member) => member switch
    {
        ConstructorInfo => "#ctor",
        MethodInfo { IsGenericMethodDefinition: true } method => $"{method.Name}``{method.GetGenericArguments().Length}",
        _ => member.Name,
    };
}
